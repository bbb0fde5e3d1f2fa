"""Planning: what must be looked at; then guards, offers, timers, recovery -> `Plan`; rendering it.  Pure."""
