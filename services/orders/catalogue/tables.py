"""What is proposed for the catalogue, as it is kept; the versions themselves are core's, which orders are placed by."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from libs.programme.proposals import proposal_columns
from services.orders.core.store.tables import table_of

catalogue_proposal = table_of(
    "catalogue_proposal",
    "proposal_id",
    *proposal_columns(),
    proposal_id=sa.Uuid,
    unit_id=sa.Uuid,
    district_id=sa.Uuid,
    code=sa.Text,
    effective=sa.Date,
    until=sa.Date,
    terms=JSONB,
    base_version=sa.Integer,
    version=sa.Integer,
)
