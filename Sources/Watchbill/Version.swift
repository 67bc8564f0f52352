// SPDX-License-Identifier: Apache-2.0

import CBuild

/// What this program is.
enum Version {
    static let text = "0.1.0"
    static let commit = String(cString: cbuild_commit())
    /// The oldest Kubernetes that is supported.
    static let oldestKubernetes = "1.27"

    static var swift: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
