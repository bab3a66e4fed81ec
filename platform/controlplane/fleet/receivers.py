from controlplane.fleet.services import record_migration
from tenants.bus import MigrationProgress, sending_cell
from tenants.context import public_context


def on_migration_progressed(message: MigrationProgress) -> None:
    with public_context():
        record_migration(message, cell=sending_cell())
