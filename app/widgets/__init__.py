"""The parts that windows are made of; they know nothing of the mesh."""
