"""Two queues for a cell: what somebody waits for, and what takes long. A worker of its own takes the long one (WORKER_TAKES)."""

# Jobs choose by their kind (tenants.jobs.kinds); everything that is not named is short.
LONG_TASKS = (
    "imports.run_import",
    "imports.try_import",
    "imports.undo_import",
    "runs.work",
    "tenants.migrate_tenant",
)


def queues_of(role: str, *, control: str, cell: str, long: str) -> list[str]:
    """Whatever a process of this role may find work in."""
    return {"all": [control, cell, long], "control": [control], "cell": [cell, long]}[role]


def queues_taken(queues: list[str], *, takes: str, long: str) -> list[str]:
    """The part of them that a worker takes: `short`, `long` or `all`."""
    if takes == "all":
        return queues
    return [name for name in queues if (name == long) == (takes == "long")]
