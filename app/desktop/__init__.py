"""What differs between operating systems.

autostart   whether the application starts with the session
instance    one application for a profile: a second start calls the first
signals     SIGTERM and Ctrl+C reach a loop that sleeps in Qt
"""
