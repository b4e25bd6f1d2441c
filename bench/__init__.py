"""What a panel costs: by stage, by request beside a bare echo, as the work grows, and counted in instructions."""
