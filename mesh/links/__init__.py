"""Links: who may connect, what may be said, and how long a connection is kept.

    pool         ``Links``: what the rest of the node sees
    switchboard  which lanes are up, and which of two handshakes stands
    dial, call   the dialling side: all addresses of a peer, and one connection
    reception    the listening side: one ROUTER for all who dial us
    lane         one sealed connection to one device, live or bulk
    door         who comes in at all, asked by ZeroMQ before a word is heard
    handshake, session, credit    pure: how a lane is made, sealed and paced

A second implementation needs handshake, lane and switchboard.
"""

from mesh.links.door import DoorKeeper
from mesh.links.handshake import LaneKind
from mesh.links.lane import Lane
from mesh.links.pool import Links
from mesh.links.switchboard import Me

__all__ = ["DoorKeeper", "Lane", "LaneKind", "Links", "Me"]
