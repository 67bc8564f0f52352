// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// SIGTERM, which a Pod gets at its deadline: the courier then has a grace period to say what is left undone.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    /// From now on SIGTERM and SIGINT are remembered and no longer end the process.
    static func watch() {
        // Touched here, because a handler must not be what first initialises it.
        _ = isRequested
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interruption.flag.store(true, ordering: .relaxed) }
        for signal in [SIGTERM, SIGINT] { sigaction(signal, &action, nil) }
    }

    /// Whether one of them has come.
    static var isRequested: Bool { flag.load(ordering: .relaxed) }
}
