"""Pairing: how a device becomes family, with two people looking at both screens.

    invitation   what a link or a typed code says
    emoji        the seven pictures that both screens show
    frames       the messages, their bounds, and the refusals
    transcript   what both sides have said, and the keys that follow from it
    host         the inviting side, step by step       guest    the joining side, step by step
    reception    the rules of an open window           attempt  the rules of one way to it
    effects      what those rules want done                offer    what a window is opened with
    window       the open window on the network        joining  the way to it

All but the last two are without I/O, clock and chance of their own.
"""
