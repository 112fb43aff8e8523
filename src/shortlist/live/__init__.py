"""Who waits for changes of which experiment, and how they hear of them, in whatever process they happened."""
