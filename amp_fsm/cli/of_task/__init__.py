"""The commands of `amp-fsm task`, one file each."""
