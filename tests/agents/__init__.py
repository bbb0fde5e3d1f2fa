"""Real agent programs against a scripted language model on loopback."""
