"""The indicator catalogue, read from the files of `catalogue/`: what each figure means and what may be asked of it.

Assumes that the files are part of the program, so a mistake in one is a bug and raises at once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import MetricError
from metrics.parameter_table import ALL, Parameters
from warehouse import parameter_rule, parsed_yaml

FOLDER = Path(__file__).with_name("catalogue")
SUBJECTS = ("alerts", "shares", "repeats", "cases", "training", "returns", "base", "quality", "ability")
"""The files, in the order in which the catalogue is read: subjects of their own, then the plan's three chapters."""
CHAPTERS = {"base": 17, "quality": 39, "ability": 50}
"""The plan's three chapters with the last row of each: 基层提振, 基础提质, 基本能力提升."""
OURS = {
    "zh": "行动计划提出此项工作；算法为本系统所拟",
    "en": "the plan names the work; the formula is this project's own",
}
"""What an entry without a source of its own says of its formula."""


@dataclass(frozen=True)
class Parameter:
    """One choice of the reader, with the values that there are; `set_by` names the parameter that holds its default."""

    name: str
    values: tuple[str | int, ...]
    default: str | int
    set_by: str | None = None

    def read(self, given: object) -> str | int:
        """Return the chosen value; text is taken for numbers where the values are numbers.

        Raises:
            MetricError: when the value cannot be chosen.
        """
        for value in self.values:
            if str(value) == str(given):
                return value
        raise MetricError("bad_option", f"{self.name} = {given}", ", ".join(map(str, self.values)))

    def initial(self, parameters: Parameters | None) -> str | int:
        """Return the value where the reader chooses none."""
        return self.default if parameters is None or self.set_by is None else self.read(parameters.value(self.set_by))


@dataclass(frozen=True)
class Upload:
    """The small upload that an indicator is fed from.

    Attributes:
        table: the table that it is loaded into.
        sample: file of `data/samples/` in its layout.
        every: month, quarter or year: how often it is reported.
        figure: what numerator and denominator make: share, ratio, count, rate, mean, value or grade.
        stock: whether it counts what there is on the last day, so that only the last return of a period counts.
        breakdown: the part of the return that is read.
        indicator_id: name in the return where it is not the indicator's own.
    """

    table: str
    sample: str
    every: str
    figure: str = "share"
    stock: bool = False
    breakdown: str = "all"
    indicator_id: str = ""


@dataclass(frozen=True)
class Indicator:
    """One entry of the catalogue; texts are keyed by language, `zh` and `en`.

    Attributes:
        source: where target or formula come from, when they are not the project's own reading of the plan.
        sensitive: whether cells under 5 are never shown (domestic violence, minors).
        upload: the small upload that feeds it; None for figures computed from the facts.
    """

    id: str
    subject: str
    plan_row: str
    tier: str
    name: Mapping[str, str]
    plan_clause: str
    formula: Mapping[str, str]
    numerator: Mapping[str, str]
    denominator: Mapping[str, str] | None
    unit: str
    direction: str
    target: Mapping[str, str]
    levels: tuple[str, ...]
    smallest_base: int
    counter_metrics: tuple[str, ...]
    definition: int
    interval: Mapping[str, str]
    parameters: Mapping[str, Parameter]
    source: Mapping[str, str] = field(default_factory=lambda: dict(OURS))
    sensitive: bool = False
    """Whether it counts domestic violence or minors, so that small counts are hidden (`metrics/suppression.py`)."""
    upload: Upload | None = None

    @property
    def row(self) -> tuple[int, str]:
        """Return the plan row for sorting: 5b is (5, "b")."""
        digits = self.plan_row.rstrip("abcdefghijklmnopqrstuvwxyz")
        return int(digits), self.plan_row[len(digits) :]

    @property
    def chapter(self) -> str:
        """Return the plan's chapter: base (rows 0 to 17), quality (18 to 39) or ability (40 to 50)."""
        number = self.row[0]
        return next(name for name, last in CHAPTERS.items() if number <= last)

    def options(self, given: Mapping[str, object], parameters: Parameters | None = None) -> dict[str, str | int]:
        """Return every choice with the value chosen, else the one that a parameter of the lake sets, else its default.

        Raises:
            MetricError: for a parameter or a value that the indicator does not have.
        """
        for name in given:
            if name not in self.parameters:
                raise MetricError("unknown_option", name, ", ".join(self.parameters) or "–")
        return {
            name: parameter.initial(parameters) if given.get(name) is None else parameter.read(given[name])
            for name, parameter in self.parameters.items()
        }

    def to_json(self) -> dict[str, Any]:
        """Return the entry as `metrics list --json` prints it."""
        cells = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "parameters"}
        cells |= {"levels": list(self.levels), "counter_metrics": list(self.counter_metrics)}
        cells |= {"upload": asdict(self.upload) if self.upload else None}
        choices = {p.name: {"values": list(p.values), "default": p.default} for p in self.parameters.values()}
        return cells | {"parameters": choices}


@dataclass(frozen=True)
class VerdictRule:
    """The numbers that verdicts are given by, the same for every indicator."""

    z: float
    confidence: float
    confirmation_rate: float
    false_discovery_rate: float
    largest_share_part: float


@cache
def catalogue() -> dict[str, Indicator]:
    """Return every indicator by its id, subject by subject."""
    return {name: _indicator(name, entry) for subject in SUBJECTS for name, entry in _read(subject).items()}


def verdict_rule(parameters: Parameters) -> VerdictRule:
    """Return the numbers of the verdict rule, as the parameters have them."""
    return VerdictRule(**{name: parameters.value(held) for name, held in _rule_parameters().items()})  # type: ignore[arg-type]


@cache
def _rule_parameters() -> dict[str, str]:
    return dict(_read("rules")["verdict"])


@cache
def rule(name: str) -> dict[str, Any]:
    """Return one group of settings of `rules.yaml`."""
    found: dict[str, Any] = _read("rules")[name]
    return found


def concerned_by(parameter: str) -> list[Indicator]:
    """Return the indicators whose definition a change of a parameter revises."""
    concerns = parameter_rule(parameter).concerns
    return [entry for entry in catalogue().values() if {ALL, entry.subject, entry.id} & set(concerns)]


def indicator(name: str) -> Indicator:
    """Return one indicator.

    Raises:
        MetricError: when there is none of this id.
    """
    if name not in catalogue():
        raise MetricError("unknown_indicator", name)
    return catalogue()[name]


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = parsed_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def _indicator(name: str, entry: dict[str, Any]) -> Indicator:
    parameters = {
        key: Parameter(key, tuple(choice["values"]), choice["default"], choice.get("set_by"))
        for key, choice in entry["parameters"].items()
    }
    tuples = {key: tuple(entry[key]) for key in ("levels", "counter_metrics")}
    upload = Upload(**entry["upload"]) if entry.get("upload") else None
    return Indicator(**(entry | tuples | {"id": name, "parameters": parameters, "upload": upload}))
