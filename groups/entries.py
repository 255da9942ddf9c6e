"""One press, one row: what is written carries a number that the page made, and pressed twice it is written once."""

from uuid import UUID, uuid5

from groups.models import Membership


def entry_id(by: Membership, entry: UUID) -> UUID:
    """The id of the row that this member writes with this page. Nobody can aim it at a row of somebody else."""
    return uuid5(by.pk, str(entry))
