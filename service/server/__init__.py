"""How the process lives: settings, health, logs, metrics, access. Knows no medicine."""
