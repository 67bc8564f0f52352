// SPDX-License-Identifier: Apache-2.0

/// Why there is no way to the cluster: what is wrong, in which file and at which path, and what to do.
package struct CredentialsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file, or `environment`.
    package var file: String
    /// The member, as in `users[admin].user.exec`; empty for the file itself.
    package var path: String
    package var problem: String

    package init(file: String, path: String = "", problem: String) {
        self.file = file
        self.path = path
        self.problem = problem
    }

    package var description: String { "\(shown(file, limit: 256)): " + (path.isEmpty ? "" : "\(path): ") + problem }
}
