"""The watcher: waits until something changes, and then publishes, until it is interrupted.

One thread does all the work: it runs, and between runs it waits for messages. Other threads only
put messages into its queue: that files were written, that a session began or ended, that work was
handed over.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NoReturn, assert_never

import msgspec

import publisher
from publisher.app import file_watch
from publisher.app.events import StepTaken, WaitingForLock
from publisher.app.options import LOCK_SECONDS
from publisher.app.publish import publish_under_lock
from publisher.app.watch import burst, own_runs, run_outcome, watch_state
from publisher.app.watch.agenda import TICK, Agenda, Instant
from publisher.app.watch.doubting import Doubting
from publisher.app.watch.kept_sessions import KeptSessions
from publisher.app.watch.messages import Hangup, Written, hangups
from publisher.app.watch.offers import Offer, Offers, ServedWork
from publisher.app.watch.poll import lost_outputs, poll
from publisher.app.watch.reloads import of_client, require_possible
from publisher.app.watch.session_state import SessionState
from publisher.app.watch.sweep import Sweep
from publisher.app.watch.systemd import Systemd
from publisher.app.watch.timing import Timing
from publisher.app.watch.update_check import UpdateCheck
from publisher.app.watch.watch_events import Postponed, Reloaded, RunEnded, Watching, WatchProblem
from publisher.app.watch.watch_state import WatchState
from publisher.app.watch.watched_places import watched
from publisher.errors import GitAtWorkError, LedgerError, PublisherError
from publisher.sync.ledger import Ledger
from publisher.system import git_work
from publisher.system.lock import lock
from publisher.system.retry import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from publisher.app.events import Event, OnEvent
    from publisher.app.options import PublishOptions
    from publisher.app.publish import PublishResult
    from publisher.app.watch.agenda import Reason
    from publisher.app.watch.burst import Burst
    from publisher.app.watch.messages import Message
    from publisher.app.watch.run_outcome import RunOutcome
    from publisher.app.watch.watch_events import HandedOver, OnWatchEvent
    from publisher.config import Config

    Serve = Callable[[Offer, ServedWork], HandedOver]


class Watcher:
    """Watches the posts of one configuration, and holds the lock of its state folder meanwhile.

    `load` reads the configuration again. `on_event` gets what happens. `serve` does the work that
    a client hands over, with a function that does what `app.publish.publish` does.
    """

    def __init__(
        self,
        config: Config,
        *,
        load: Callable[[], Config],
        on_event: OnWatchEvent,
        serve: Serve,
        timing: Timing | None = None,
    ) -> None:
        self._config = config
        self._load = load
        self._on_event = on_event
        self._serve = serve
        self._timing = timing or Timing()
        self._clock = Clock()
        self._queue: SimpleQueue[Message] = SimpleQueue()
        self._systemd = Systemd(os.environ)
        self._sessions = KeptSessions(self._queue.put)
        self._files = file_watch.FileWatch(
            lambda paths: self._queue.put(Written(paths)),
            lambda problem: self._queue.put(WatchProblem(problem)),
        )
        self._agenda = Agenda()
        self._burst: Burst | None = None
        self._doubting = Doubting(self._timing.removal, config.state)
        self._pauses = self._timing.retry.pauses()
        self._sweep = Sweep(self._timing)
        self._postponed = ""
        self._update_check = UpdateCheck(self._timing.program)
        self._served: tuple[PublishOptions, RunOutcome] | None = None
        self._sent: list[StepTaken] = []
        self._state = WatchState(
            pid=os.getpid(),
            version=publisher.__version__,
            config=str(config.path),
            started=self._clock.now(),
        )

    def run(self) -> NoReturn:
        """Watch until Interrupted is raised. Raises ConfigError, LockedError and LedgerError."""
        file_watch.require_library("watch")
        own_runs.require_node(self._config)
        watch_state.require_alone(self._config.state)
        on_wait = partial(self._on_event, WaitingForLock())
        with ExitStack() as stack:
            stack.enter_context(self._systemd)
            stack.enter_context(lock(self._config.state, wait=LOCK_SECONDS, on_wait=on_wait))
            stack.callback(watch_state.remove, self._config.state)
            # As long as somebody has it open, a run that closes it need not tidy up its log.
            self._ledger = stack.enter_context(Ledger(self._config.state))
            self._doubting.load(self._ledger)
            offers = Offers(
                self._config.state, self._queue.put, lambda: watch_state.encoded(self._state)
            )
            stack.enter_context(offers)
            stack.enter_context(self._sessions)
            stack.callback(self._files.close)
            stack.enter_context(hangups(lambda: self._queue.put(Hangup())))
            self._begin()
            while True:
                self._wait()
                watch_state.require_in_place(self._config.state)
                if problem := offers.renew():
                    self._on_event(WatchProblem(problem))
                self._run_if_due()

    def _begin(self) -> None:
        self._update(accounts=tuple(SessionState(one.jid) for one in self._config.xmpp))
        self._sessions.use(self._config.xmpp)
        self._look_at_places()
        places = self._places.roots or self._places.files
        self._on_event(Watching(self._config.path, places))
        self._schedule("start", 0.0)
        self._systemd.ready()

    def _look_at_places(self) -> None:
        self._places = watched(self._config)
        self._polled = self._settled = poll(self._config, self._places)
        self._polled_at = self._clock.monotonic()
        self._files.use(self._places.roots)

    def _now(self) -> Instant:
        return Instant(self._clock.monotonic(), self._clock.now())

    def _schedule(self, reason: Reason, seconds: float | None) -> None:
        """Plan a run in so many seconds; None takes it back."""
        at = None if seconds is None else self._clock.monotonic() + seconds
        self._agenda = self._agenda.at(reason, at)

    def _wait(self) -> None:
        """Wait until a run may be due, and take the messages that arrive until then."""
        self._systemd.beat()
        seconds = TICK if self._postponed else self._agenda.seconds(self._now())
        try:
            self._take(self._queue.get(timeout=seconds))
            while not self._queue.empty():
                self._take(self._queue.get())
        except Empty:
            pass
        if self._clock.monotonic() >= self._polled_at + self._timing.poll:
            self._poll()
            if self._update_check.look(self._clock.monotonic()):
                self._on_event(WatchProblem("publisher was updated; restart the watcher"))

    def _take(self, message: Message) -> None:
        match message:
            case Written(paths=paths):
                if len(paths) >= file_watch.FLOOD:
                    self._sweep.note_flood()
                if not paths.isdisjoint(self._places.roots):  # a new one may have its inode
                    self._settled = msgspec.structs.replace(self._settled, roots=())
                self._note_writes(path for path in paths if self._places.counts(path))
            case SessionState():
                self._note_session(message)
            case WatchProblem():
                self._on_event(message)
            case Hangup():
                self._reload(anew=True)
            case Offer():
                watch_state.require_in_place(self._config.state)
                is_outdated = self._update_check.is_outdated
                work = ServedWork(self._config, self._publish, is_outdated=is_outdated)
                served = self._serve(message, work)
                self._conclude_served()
                self._on_event(served)
            case _:
                assert_never(message)

    def _note_writes(self, paths: Iterable[Path]) -> None:
        now = self._clock.monotonic()
        for path in paths:
            is_gap = self._places.is_gap(path)
            self._burst = burst.grown(self._burst, now=now, is_write=path.exists(), is_gap=is_gap)
        if self._burst:
            settle, removal = self._config.settle, self._timing.removal
            due = self._burst.due(settle=settle, removal=removal)
            self._agenda = self._agenda.with_change(due, is_doubtful=self._burst.is_doubtful)

    def _note_session(self, session: SessionState) -> None:
        others = (one for one in self._state.accounts if one.jid != session.jid)
        self._update(accounts=(*others, session))
        self._on_event(session)
        # What could not be sent goes at once.
        if session.since is not None and "retry" in self._agenda.moments:
            self._schedule("retry", None)
            self._schedule("connected", 0.0)

    def _poll(self) -> None:
        """Look at single files, and whether the folders are still those that are watched.

        A file counts as written once it stays the same from one look to the next.
        """
        before, self._polled = self._polled, poll(self._config, self._places)
        self._polled_at = self._clock.monotonic()
        settled, now = self._settled, self._polled
        if now != before or now == settled:
            return
        self._settled = now
        if now.roots != settled.roots:
            self._files.use(self._places.roots)
            self._note_writes(self._places.roots)
        if now.files != settled.files:
            self._note_writes(self._places.files)
        self._note_writes(lost_outputs(self._places, settled, now))
        if now.secrets != settled.secrets or now.configuration != settled.configuration:
            self._reload(anew=now.secrets != settled.secrets)

    def _reload(self, *, anew: bool) -> None:
        """Read the configuration again. A broken one keeps the old one in use."""
        self._systemd.reloading()
        error: PublisherError | None = None
        try:
            config = self._load()
            require_possible(config, self._config)
        except PublisherError as problem:
            error = problem
            self._update(last_error=run_outcome.in_one_line(problem))
        else:
            self._use(config, anew=anew)
        self._on_event(Reloaded(error))
        self._systemd.ready()

    def _use(self, config: Config, *, anew: bool) -> None:
        self._config = config
        jids = {account.jid for account in config.xmpp}
        self._update(accounts=tuple(one for one in self._state.accounts if one.jid in jids))
        self._sessions.use(config.xmpp, anew=anew)
        self._look_at_places()
        self._schedule("configuration", 0.0)

    def _run_if_due(self) -> None:
        reason = self._agenda.reason(self._now())
        if reason is None or self._is_postponed():
            return
        now = self._clock.monotonic()
        if reason == "sweep" and not self._sweep.has_changed(self._config, now):
            self._schedule("sweep", self._timing.sweep)
            return
        self._run(reason)

    def _is_postponed(self) -> bool:
        """Whether git is at work, or away: what it has removed may be back when it has ended."""
        why = own_runs.postponed(self._config)
        if why:
            self._doubting.anew(now=self._clock.monotonic())
        if why != self._postponed:
            self._postponed = why
            self._update()
            if why:
                self._on_event(Postponed(why))
        return bool(why)

    def _run(self, reason: Reason) -> None:
        began = self._clock.monotonic()
        doubts = partial(
            self._doubting.doubts, at=burst.vanished(self._burst, now=began), now=began
        )
        self._burst, self._agenda = None, Agenda()
        done, error = None, None
        try:
            done = publish_under_lock(
                self._config,
                own_runs.options(self._config),
                self._on_run_event,
                logins=self._sessions,
                doubt=doubts,
            )
            found = run_outcome.of_result(done)
            self._doubting.note(done.steps)
        except PublisherError as problem:
            error = problem
            due, now = self._state.next_due, self._clock.now()
            found = run_outcome.of_error(error, known_due=due, now=now)
        self._conclude(found, began=began)
        self._on_event(RunEnded(reason, done, error, found.may_pass))

    def _publish(self, config: Config, options: PublishOptions, on_event: OnEvent) -> PublishResult:
        """Do the work of a client at once. A removal is meant, whatever became of it before.

        Raises as `app.publish.publish` does.
        """
        self._take_over(config)
        self._require_rest()

        def on_run_event(event: Event) -> None:
            self._systemd.beat()
            if isinstance(event, StepTaken):  # for the journal, when the client has its answer
                self._sent.append(event)
            on_event(event)

        self._served = None
        try:
            done = publish_under_lock(self._config, options, on_run_event, logins=self._sessions)
        except PublisherError as error:
            due, now = self._state.next_due, self._clock.now()
            self._served = options, run_outcome.of_error(error, known_due=due, now=now)
            raise
        self._doubting.note(done.steps)
        self._served = options, run_outcome.of_result(done)
        return done

    def _require_rest(self) -> None:
        """Raise GitAtWorkError if git is at work; a run follows as soon as it has finished."""
        why = git_work.in_progress(self._config.posts.path, wait=git_work.LOCK_SECONDS)
        if why:
            self._schedule("change", 0.0)
            raise GitAtWorkError(f"{why}; the watcher publishes when git has finished")

    def _take_over(self, config: Config) -> None:
        """Use a client's configuration, which may be newer than ours. Raises ConfigError."""
        own = of_client(config, self._config, self._load)
        if own != self._config:
            self._use(own, anew=False)

    def _conclude_served(self) -> None:
        """Plan the next runs after one for a client, which has its answer already."""
        sent, self._sent = self._sent, []
        for step in sent:
            self._on_event(step)
        if self._served is None:
            return
        (options, found), self._served = self._served, None
        if options.nodes.is_selective or options.now:
            self._note_publish(found)
        else:
            self._doubting.clear()
            self._burst = None
            self._conclude(found, began=self._clock.monotonic())

    def _on_run_event(self, event: Event) -> None:
        self._systemd.beat()
        self._on_event(event)

    def _note_publish(self, found: RunOutcome) -> None:
        if found.has_sent:
            self._update(last_publish=self._clock.now())

    def _conclude(self, found: RunOutcome, *, began: float) -> None:
        """Plan the next runs, and tell how this one went, which doubted changes at `began`."""
        with suppress(LedgerError):  # the disk is full, and the run has said so
            self._ledger.nodes()  # only a reader of the log keeps it
        now, timing = self._now(), self._timing
        if not found.may_pass:
            self._pauses = timing.retry.pauses()
        self._agenda = Agenda(date=found.next_due).at(
            "removal", self._doubting.next_belief(now=began)
        )
        pause = min(next(self._pauses), found.longest_pause) if found.may_pass else None
        self._schedule("retry", pause)
        self._schedule("recheck", timing.recheck if found.has_sent else None)
        self._schedule("sweep", self._sweep.begin(self._config, now.monotonic))
        self._note_publish(found)
        self._update(
            last_run=now.wall,
            waiting=found.waiting,
            held=found.held,
            next_due=found.next_due,
            last_error="; ".join(found.errors),
            next_try=None if pause is None else now.wall + pause,
        )

    def _update(self, **changes: object) -> None:
        """Write what `publisher status` shows."""
        self._state = msgspec.structs.replace(self._state, **changes, postponed=self._postponed)
        watch_state.write(self._config.state, self._state)
        self._systemd.status(watch_state.in_short(self._state))
