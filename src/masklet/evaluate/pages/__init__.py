"""Pages that open offline: reports of one evaluation, and two compared."""
