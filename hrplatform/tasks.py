"""Tasks that belong to no domain."""

from celery import shared_task

from hrplatform import retention


# Longer than other tasks may take: the first night after a long time off has arrears. What it has not done when it
# is stopped, the next night does.
@shared_task(time_limit=3000, soft_time_limit=2900)
def execute_data_policy() -> None:
    """Every night: what is past its days goes. Raises retention.PolicyBroken."""
    retention.execute()
