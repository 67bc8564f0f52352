// SPDX-License-Identifier: Apache-2.0

/// By what name the program was called: as itself, or by kubectl as a plug-in.
package struct Invocation: Hashable, Sendable {
    /// What people type: `watchbill` or `kubectl watchbill`.
    package let name: String

    /// - Parameter program: the first of the process's arguments, a path.
    package init(program: String?) {
        let file = program?.split(separator: "/").last.map(String.init) ?? ""
        let isPlugin = file.hasPrefix("kubectl-watchbill") || file.hasPrefix("kubectl_watchbill")
        name = isPlugin ? "kubectl watchbill" : "watchbill"
    }
}
