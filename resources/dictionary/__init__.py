"""What people's chats are made of: the dictionary that makes small batches smaller.

A dictionary never changes once it was shipped: devices that have it read what it was used for.
A better one is another file, with page forms of its own (docs/protocol.md, section 6).
"""
