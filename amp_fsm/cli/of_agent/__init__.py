"""The commands of `amp-fsm agent`, one file each."""
