"""Links: who may connect, what may be said, and how long a connection is kept.

door     who comes in at all, asked by ZeroMQ before a word is heard
session  the handshake of a lane and its sealed records: pure
credit   how much bulk may be under way: pure
"""
