// Stands where each page would fetch the script iframe-worker from another host: the search needs none.
