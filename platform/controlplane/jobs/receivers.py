import logging

from django.utils import timezone

from controlplane.jobs.queries import cell_of_job
from controlplane.jobs.services import record_job_progress
from tenants.bus import JobProgress, sending_cell
from tenants.context import public_context

logger = logging.getLogger(__name__)


def on_job_progressed(message: JobProgress) -> None:
    """A cell tells of its own jobs only: that another one's is done would open domains and erase campaigns in the directory."""
    with public_context():
        if sending_cell() != cell_of_job(uuid=message.uuid, campaign_uuid=message.tenant_uuid):
            logger.warning("The cell %s spoke of a job that is not its own: %s", sending_cell(), message.uuid)
            return
        record_job_progress(message, now=timezone.now())
