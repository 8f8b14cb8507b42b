"""What lies on the desk before a rehearsal begins: terms, requirements and verdicts, found beside the form.

Knows files and where they are looked for. A folder that is called as the form is, without `.yaml`, may hold
`draft.yaml`, `requirements.yaml`, `verdicts-technical.yaml` and `verdicts-commercial.yaml`. Source: SEE-2.
"""

from pathlib import Path

from rehearsal.scenario import Papers
from sla.requirements import Angle, Requirement, Verdict
from sla.terms import Terms
from starter.forms import load_requirements, load_terms, load_verdicts

MADE = (
    "made from the form, for want of a draft: a target for each requirement, the list price of the first level, a "
    "review every quarter, three months' notice, renewal by a year"
)


def papers_beside(form: Path, terms: Path | None) -> Papers:
    """The papers of a form; `terms` is a file that was named. Raises BadInput or BadForm for one that does not hold."""
    folder = form.with_suffix("")
    draft = terms or _if_there(folder / "draft.yaml")
    return Papers(
        terms=_terms(draft),
        terms_from=draft.name if draft else MADE,
        requirements=_requirements(_if_there(folder / "requirements.yaml")),
        verdicts={angle.value: _verdicts(_if_there(folder / f"verdicts-{angle}.yaml")) for angle in Angle},
    )


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _terms(path: Path | None) -> Terms | None:
    return load_terms(path) if path else None


def _requirements(path: Path | None) -> tuple[Requirement, ...]:
    return load_requirements(path) if path else ()


def _verdicts(path: Path | None) -> tuple[Verdict, ...]:
    return load_verdicts(path) if path else ()
