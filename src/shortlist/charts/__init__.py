"""Charts of an experiment's candidates as data: each with its title, its sentence and its table, drawn by others."""
