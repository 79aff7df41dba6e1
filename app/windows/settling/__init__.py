"""What only a person can decide: two versions of a text, and what other devices wish.

matters   what is open, asked for again whenever something may have changed it
banner    says on a page that something is open
sheets    one matter: what it is about, the choices
dialog    one sheet after the other until nothing is open
"""

from app.windows.settling.banner import Banner
from app.windows.settling.dialog import SettlingDialog
from app.windows.settling.matters import Matters

__all__ = ["Banner", "Matters", "SettlingDialog"]
