"""The family of a device: who belongs to it, what they are called, how they are reached.

identity   the keys of this device              recovery   the words that outlive every device
book       the roster entries kept here          change     what new entries changed
card       how a device is reached               portrait   what a device is called and for
directory  cards and portraits together          founding   the first keys, the first family
pen        how this device writes entries        phrase     the recovery words at work
household  what all of these share               views      devices as people name them
registry   all of that together, with the right to write it
shelf      what the registry needs of the storage
"""
