"""What the program does: read a project, build its feeds, preview, publish, ping, look after nodes.

Takes options as frozen values and reports what happens through typed events. Knows neither the
command line nor the terminal: it parses no arguments and prints nothing.
"""
