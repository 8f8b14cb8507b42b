"""The way of each kind of agreement through the stages, derived from what the kind needs. Source: KIND-1."""

from sla.kinds import KINDS, Kind
from sla.stages import Stage

_WHOLE_PATH = (
    Stage.REQUESTED,
    Stage.CAPTURING,
    Stage.ASSESSING,
    Stage.DRAFTING,
    Stage.NEGOTIATING,
    Stage.REVIEWING,
    Stage.APPROVING,
    Stage.SIGNING,
    Stage.ACTIVE,
)


def _path(kind: Kind) -> tuple[Stage, ...]:
    row = KINDS[kind]
    skipped = {Stage.NEGOTIATING: not row.priced, Stage.SIGNING: not row.signed}
    return tuple(stage for stage in _WHOLE_PATH if not skipped.get(stage, False))


PATHS: dict[Kind, tuple[Stage, ...]] = {kind: _path(kind) for kind in Kind}
"""The stages of each kind, in order; an internal SLA and an OLA skip negotiation and outside signature."""


def next_stage(kind: Kind, stage: Stage) -> Stage:
    """The stage after this one on the kind's path."""
    path = PATHS[kind]
    return path[path.index(stage) + 1]
