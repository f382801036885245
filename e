wirelint: --metrics answers while a run goes on, and files come to their end: it wants -i, '-' or --follow
          --report openmetrics=FILE writes the numbers of a file
