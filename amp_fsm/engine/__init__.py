"""The engine: one pass (look, plan, do, remember), over the ports; and what wakes the next one."""
