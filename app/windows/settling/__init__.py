"""Where a person decides what is open (app/matters.py): two versions of a text, wishes.

banner    says on a page that something is open
sheets    one matter: what it is about, the choices
dialog    one sheet after the other until nothing is open
"""

from app.windows.settling.banner import Banner
from app.windows.settling.dialog import SettlingDialog

__all__ = ["Banner", "SettlingDialog"]
