// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The environment of the test run.
enum ProcessEnvironment {
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
