"""News and requests inside the device, and the door through which other processes take part."""
