"""Every exception Demitasse raises on purpose, as one tree.

    DemitasseError
    ├── UsageError             the user's mistake: what was wrong, where, what to do
    │   ├── RecipeError        a recipe does not say something buildable
    │   ├── InputError         a video list or an overrides file cannot be read as one
    │   ├── PromptError        a prompt file is missing or malformed
    │   └── UnknownUnitError   an id that nothing in the workspace carries
    ├── MissingDependencyError an optional package or embedded model is not installed
    ├── WorkspaceError         the state on disk is not what this version can work with
    │   ├── WorkspaceBusyError another process holds the workspace
    │   ├── LeaseLostError     another process may hold it by now: this one was paused or cut off
    │   ├── WorkspaceFormatError another format version wrote it
    │   └── StorageError       disk full, read-only, an object that should be there is gone
    ├── ResourceError          a stage needs more than the machine or cluster has
    ├── HubError               a hub refuses a dataset, or cannot be reached
    ├── ClusterError           the Ray cluster died under the run
    ├── DeviceLostError        a worker's GPU answers no more; another worker does its packs
    ├── HaltedError            the run stops cleanly, and the same command continues it
    │   ├── BudgetSpentError   the recipe's budget allows no further call
    │   └── EndpointError      an endpoint is down, refuses the key, or wants too long a wait
    └── ConservationError      units sent != kept + rejected + failed: a bug of ours

What is wrong with the *data* is never an exception: it is a `Rejected` or `Failed` outcome
(see `pipeline.outcome`).
"""


class DemitasseError(Exception):
    """Base of all; its text is one sentence that a user can act on."""


class UsageError(DemitasseError):
    """The user asked for something that cannot be done as asked."""


class RecipeError(UsageError):
    """A recipe is not valid; the message names file, line and the allowed values."""


class InputError(UsageError):
    """A list of inputs or overrides cannot be read as one."""


class PromptError(UsageError):
    """A prompt file is missing, malformed, or was rendered without one of its inputs."""


class UnknownUnitError(UsageError):
    """No unit, question or video of this id is in the workspace."""


class MissingDependencyError(DemitasseError):
    """A package or embedded model that the recipe needs is not installed."""


class WorkspaceError(DemitasseError):
    """The workspace cannot be used as it is."""


class WorkspaceBusyError(WorkspaceError):
    """Another process is writing to this workspace."""


class LeaseLostError(WorkspaceError):
    """This process held the workspace and does so no longer: it may write no more."""


class WorkspaceFormatError(WorkspaceError):
    """The workspace was written by another format version."""


class StorageError(WorkspaceError):
    """Reading or writing the workspace failed: full, read-only, or something is gone."""


class ResourceError(DemitasseError):
    """The least that a stage needs does not fit the machine or the cluster."""


class HubError(DemitasseError):
    """A hub does not take a dataset: wrong user, changed meanwhile, or out of reach."""


class ClusterError(DemitasseError):
    """Ray, or a node of it, died while the run was going."""


class DeviceLostError(DemitasseError):
    """A worker's device is of no use any more; another worker may do its packs."""


class ConservationError(DemitasseError):
    """The outcomes of a stage do not add up to its units."""


class HaltedError(DemitasseError):
    """The run stops cleanly: what flies is committed, and the same command continues."""


class BudgetSpentError(HaltedError):
    """The recipe's budget allows no further call."""


class EndpointError(HaltedError):
    """An endpoint answers nobody: it is down, refuses the key, or asks to wait too long."""
