"""What travels, byte by byte: frames in, typed values out, and nothing else gets through."""
