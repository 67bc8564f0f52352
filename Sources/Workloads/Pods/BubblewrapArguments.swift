// SPDX-License-Identifier: Apache-2.0

/// The arguments that make bubblewrap run one container. They go through a descriptor, because they hold secrets.
package struct BubblewrapArguments: Sendable {
    /// A folder or file of the host in the container.
    package struct Mount: Hashable, Sendable {
        package var source: String
        /// In the container, with every symbolic link followed.
        package var target: String
        package var isReadOnly: Bool

        package init(source: String, target: String, isReadOnly: Bool) {
            self.source = source
            self.target = target
            self.isReadOnly = isReadOnly
        }
    }

    package var root: String
    package var account: ContainerAccount
    package var hostName: String
    package var folder: String
    package var mounts: [Mount]
    package var environment: [String: String]
    package var command: [String]

    package init(
        root: String, account: ContainerAccount, hostName: String, folder: String, mounts: [Mount],
        environment: [String: String], command: [String]
    ) {
        self.root = root
        self.account = account
        self.hostName = hostName
        self.folder = folder
        self.mounts = mounts
        self.environment = environment
        self.command = command
    }

    /// Everything but the command.
    package var options: [String] {
        var words = [
            // The program is process 1 of its namespace, as in any container: when it goes, all that it started goes.
            "--unshare-user", "--disable-userns", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--as-pid-1",
            // It ends with us, and cannot reach a terminal.
            "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--uid", "\(account.user)", "--gid", "\(account.group)",
            "--hostname", String(hostName.prefix(63)),
            "--bind", root, "/", "--proc", "/proc", "--dev", "/dev",
        ]
        // A mount below another one comes after it.
        for mount in mounts.sorted(by: { $0.target < $1.target }) {
            words += [mount.isReadOnly ? "--ro-bind" : "--bind", mount.source, mount.target]
        }
        if account.hasReadOnlyRoot { words += ["--remount-ro", "/"] }
        words += ["--chdir", folder.isEmpty ? "/" : folder, "--clearenv"]
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) { words += ["--setenv", name, value] }
        return words
    }

    /// What is written into the descriptor: each word with a zero behind it. Words that hold a zero are cut there.
    package var bytes: [UInt8] {
        options.flatMap { Array($0.utf8.prefix { $0 != 0 }) + [0] }
    }
}
