"""Records that come in late: what the newest days may still gain.

The two newest days may still gain the alerts that are usually stored more than a day late, as many as the eight weeks
before the period had. A fall must stand when they are added.
"""

from datetime import timedelta
from math import ceil

import numpy as np

from metrics.breaks import Alternative
from metrics.counting import Question
from metrics.periods import DAY
from metrics.seasons import Seasons
from metrics.types import Note

WEEKS_BEFORE = 8
FILLING_DAYS = 2
LATE_FROM = 100

LATE_SQL = """
SELECT COALESCE(SUM(recorded_late), 0)::BIGINT AS late, COALESCE(SUM(valid), 0)::BIGINT AS valid
FROM lake.mart_alert_day AT (VERSION => $version)
WHERE day >= $start AND day < $end
"""


def late_alternatives(question: Question, seasonal: Seasons) -> dict[str, list[Alternative]]:
    """Return for each row what its newest days may still gain, where the period holds any of them."""
    last = question.reference.last_day
    if last is None:
        return {}
    newest = [day for day in question.compared.counted_days() if last - day < DAY * FILLING_DAYS]
    start = question.scope.start - timedelta(weeks=WEEKS_BEFORE)
    late, valid = question.frame(LATE_SQL, start=start, end=question.scope.start).row(0) if newest else (0, 0)
    if valid < LATE_FROM or not late:
        return {}
    places = [(day - seasonal.days[0]).days for day in newest]
    held = np.sum(seasonal.counts[:, places], axis=1)
    note = Note("days_filling", {"count": len(newest)})
    return {
        code: [Alternative(note, ceil(held[place] * late / valid), 0)]
        for code, place in seasonal.rows.items()
        if held[place] > 0
    }
