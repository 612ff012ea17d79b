"""A flag that few wait for."""

import threading

from console.jobs.flag import Flag


def test_it_goes_up_once_and_stays() -> None:
    flag = Flag()
    assert not flag.is_set()
    assert not flag.wait(0.01)
    flag.set()
    flag.set()
    assert flag.is_set()
    assert flag.wait(0)


def test_all_who_wait_go_on() -> None:
    flag = Flag()
    seen: list[bool] = []
    threads = [threading.Thread(target=lambda: seen.append(flag.wait(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    flag.set()
    for thread in threads:
        thread.join()
    assert seen == [True] * 4


def test_nobody_misses_it_between_looking_and_waiting() -> None:
    for _ in range(300):
        flag = Flag()
        thread = threading.Thread(target=flag.set)
        thread.start()
        assert flag.wait(5)
        thread.join()
