"""What a Python program does at the least to send the same blocks: http.client, threads, nothing verified."""
import http.client
import json
import os
import resource
import sys
import threading
import time

path, port = sys.argv[1], int(sys.argv[2])
BLOCK_SIZE, CONCURRENCY = 4 * 2**20, 4


def post(connection, target, body):
    connection.request('POST', target, body)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f'{target}: {answer.status}')


def upload():
    size = os.stat(path).st_size
    indices = iter(range((size + BLOCK_SIZE - 1) // BLOCK_SIZE))
    lock = threading.Lock()
    failures = []

    def work():
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port)
            with open(path, 'rb', buffering=0) as file:
                while True:
                    with lock:
                        index = next(indices, None)
                    if index is None:
                        break
                    file.seek(index * BLOCK_SIZE)
                    block = file.read(BLOCK_SIZE)
                    post(connection, f'/mkblk/{len(block)}/{index}', block)
            connection.close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(CONCURRENCY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    connection = http.client.HTTPConnection('127.0.0.1', port)
    post(connection, f'/mkfile/{size}', b'ctx')
    connection.close()


def timed():
    cpu, started = time.process_time(), time.perf_counter()
    upload()
    return {'seconds': time.perf_counter() - started, 'cpuSeconds': time.process_time() - cpu}


first, second = timed(), timed()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({'first': first, 'second': second, 'peakBytes': peak}))
