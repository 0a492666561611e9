from .account import delete_account
from .profile import edit_profile, profile

__all__ = ["delete_account", "edit_profile", "profile"]
