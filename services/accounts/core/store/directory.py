"""Who somebody is now, asked of accounts' own tables: what the other services hear, here it is so at once."""

from uuid import UUID

from libs.programme.standing import StandingDirectory

NO_SESSION = UUID(int=0)
"""The session of tokens that are signed for the invented people of a demonstration; it never ends."""
_HELD = "FROM role_grant WHERE person_id = %(person_id)s AND ended_at IS NULL ORDER BY grant_id"


DIRECTORY = StandingDirectory(f"""
SELECT
    coalesce((SELECT status FROM person WHERE person_id = %(person_id)s), 'erased'),
    ARRAY(SELECT role {_HELD}),
    ARRAY(SELECT unit_id {_HELD}),
    ARRAY(SELECT lent_by_id {_HELD}),
    EXISTS (SELECT 1 FROM session WHERE session_id = %(session_id)s AND ended_at IS NOT NULL)""")
