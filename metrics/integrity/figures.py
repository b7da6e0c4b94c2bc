"""The panel as a figure of the catalogue: how many signals are raised at each unit, out of those that could be judged.

So it stands in tables and files like every other figure, with its definition and version. Never a ranking: one
raised signal is a question, and two are two questions.
"""

from metrics.counting import Question
from metrics.integrity.panel import signals
from metrics.integrity.signal import Signal
from metrics.rows import NO_DATA
from metrics.types import Note, Row


def raised(question: Question) -> list[Row]:
    """Return the number of raised signals of each unit; which ones is in `extra`."""
    by_unit: dict[str, list[Signal]] = {}
    for signal in signals(question.lake, question.scope):
        by_unit.setdefault(signal.unit, []).append(signal)
    return [_row(question, found) for found in by_unit.values()]


def _row(question: Question, found: list[Signal]) -> Row:
    raised = [signal for signal in found if signal.state == "raised"]
    judged = sum(signal.state in ("raised", "quiet") for signal in found)
    return Row(
        unit=found[0].unit,
        name_zh=found[0].name_zh,
        name_en=found[0].name_en,
        unit_of_value=question.indicator.unit,
        value=float(len(raised)) if judged else None,
        numerator=len(raised) if judged else None,
        suppressed=None if judged else NO_DATA,
        notes=(Note("signals_look_back", {"from": found[0].period[0], "to": question.scope.end}),),
        extra={
            "judged": judged,
            "raised": [signal.id for signal in raised],
            "without_data": [signal.id for signal in found if signal.state == "no_data"],
            "raised_at": {signal.id: list(signal.raised_at) for signal in raised if signal.raised_at},
        },
    )


ANSWERS = {"integrity_signals": raised}
"""Functions of this module by the indicator that they answer."""
