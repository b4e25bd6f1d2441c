"""DOES IT RUN WHERE IT IS DEPLOYED? The chart and the container."""
