"""Who is a merchant, who is an admin. Effective at once: what needs a role reads the database."""

from points_app.database.session import transactional
from points_app.errors.accounts import UserGone
from points_app.extensions import parts
from points_app.services import locks
from points_app.services.audit import trail

ROLES = {"merchant": "is_merchant", "admin": "is_admin"}


@transactional
def set_role(phone: str, role: str, granted: bool, actor_id: int | None = None) -> int:
    """Grant or revoke a role of the account with this number; returns its user id.

    Locks the user. Raises UserGone when nobody has logged in with the number yet.
    """
    user = locks.user_of_phone(parts.vault.blind_indexes(phone))
    if user is None:
        raise UserGone
    setattr(user, ROLES[role], granted)
    action = "role.grant" if granted else "role.revoke"
    trail.record(actor_id, action, f"user:{user.user_id}", {"role": role})
    return user.user_id
