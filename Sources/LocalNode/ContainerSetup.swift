// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Glibc
import KubernetesModel
import Workloads

/// One container, ready to be started: a root of its own, mounts, environment, command.
struct ContainerSetup: Sendable {
    enum Problem: Error, Sendable {
        /// `CreateContainerConfigError`: it may be mended.
        case configuration(String)
        /// `StartError`: it cannot start.
        case start(String)
    }

    private(set) var arguments: BubblewrapArguments
    /// In bytes; nil for none.
    let memoryLimit: Int64?
    private let home: String
    private let terminationFile: String
    private let showsLogOnError: Bool

    init(
        _ container: JSONValue, of pod: WholePod, image: LocalImage, volumes: VolumeFolders, node: NodeTools
    ) async throws(Problem) {
        let name = container["name"]?.stringValue ?? ""
        // It becomes the name of a folder that is written, bound and deleted; whoever serves another API may let anything be one.
        guard Self.isFileName(name) else { throw .start("the container's name is no DNS label") }
        let folder = node.settings.podFolder(pod.metadata.uid)
        home = "\(folder)/roots/\(name)"
        terminationFile = "\(folder)/\(name).termination"
        showsLogOnError = container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        memoryLimit = container.at("resources", "limits", "memory")?.stringValue.flatMap { Quantity($0).units }
        let account: ContainerAccount
        let environment: ContainerEnvironment
        do throws(ContainerEnvironment.Problem) {
            account = try ContainerAccount(of: container, pod: pod, imageUser: image.user)
            let sources: ContainerEnvironment.Sources
            do throws(VolumeFolders.Problem) {
                sources = try await node.objects.sources(of: container, in: pod)
            } catch {
                throw ContainerEnvironment.Problem(message: error.message)
            }
            environment = try ContainerEnvironment(
                of: container, in: pod, image: image.environment, sources: sources, podIP: NodeSettings.address)
        } catch {
            throw .configuration(error.message)
        }
        var variables = environment.variables
        let path = variables["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        variables["PATH"] = path
        variables["HOME"] = variables["HOME"] ?? "/"
        let command = environment.command(entrypoint: image.entrypoint, arguments: image.arguments)
        let working = container["workingDir"]?.stringValue ?? image.folder
        let root = try await Self.makeRoot(home, from: image.root, account: account, node: node)
        do throws(FileProblem) {
            let mounts = try Self.mounts(
                of: container, pod: pod, volumes: volumes, root: root, folder: folder,
                terminationFile: terminationFile)
            let workingFolder = try root.place(working.isEmpty ? "/" : working, isFile: false)
            arguments = BubblewrapArguments(
                root: home, account: account, hostName: pod.metadata.name, folder: workingFolder, mounts: mounts,
                environment: variables, command: command)
        } catch {
            throw .start(error.message)
        }
        try check(root, path: path, container: container)
    }

    static func isFileName(_ name: String) -> Bool {
        name.utf8.count <= 63 && ObjectName.isSubdomain(name) && !name.utf8.contains(UInt8(ascii: "."))
    }

    /// A copy of the image's files. A root that is only read shares them with the image; one that is written has its own.
    private static func makeRoot(
        _ home: String, from image: String, account: ContainerAccount, node: NodeTools
    ) async throws(Problem) -> RootFolder {
        Folder.remove(home)
        do throws(FileProblem) {
            if let slash = home.lastIndex(of: "/") { try Folder.make(String(home[..<slash])) }
        } catch { throw .start(error.message) }
        let form = account.hasReadOnlyRoot ? ["--link"] : ["--reflink=auto"]
        do throws(ToolRun.Failure) {
            try await node.tools.run(["cp", "--archive"] + form + [image, home])
        } catch {
            throw .start(error.message)
        }
        return RootFolder(path: home)
    }

    private static func mounts(
        of container: JSONValue, pod: WholePod, volumes: VolumeFolders, root: RootFolder, folder: String,
        terminationFile: String
    ) throws(FileProblem) -> [BubblewrapArguments.Mount] {
        var mounts: [BubblewrapArguments.Mount] = []
        for mount in container["volumeMounts"]?.arrayValue ?? [] {
            guard let name = mount["name"]?.stringValue, let target = mount["mountPath"]?.stringValue else { continue }
            guard let volume = volumes.paths[name] else {
                throw FileProblem(describing: "there is no volume \"\(name)\"")
            }
            var source = volume.path
            var isFile = false
            if let below = mount["subPath"]?.stringValue, !below.isEmpty {
                // What is in a volume may be a container's doing: no link in it leads out of it.
                source += try RootFolder(path: volume.path).place(below, isFile: false)
                isFile = Folder.isFile(source)
            }
            let place = try root.place(target, isFile: isFile)
            let isReadOnly = volume.isReadOnly || mount["readOnly"]?.boolValue == true
            mounts.append(.init(source: source, target: place, isReadOnly: isReadOnly))
        }
        let name = pod.metadata.name
        try Folder.write(
            Array("127.0.0.1 localhost \(name)\n::1 localhost\n".utf8), to: "\(folder)/hosts", mode: 0o644)
        let taken = Set(mounts.map(\.target))
        for (source, target) in [("\(folder)/hosts", "/etc/hosts"), ("/etc/resolv.conf", "/etc/resolv.conf")]
        where access(source, R_OK) == 0 {
            let place = try root.place(target, isFile: true)
            if !taken.contains(place) { mounts.append(.init(source: source, target: place, isReadOnly: true)) }
        }
        try Folder.write([], to: terminationFile, mode: 0o666)
        let path = container["terminationMessagePath"]?.stringValue ?? "/dev/termination-log"
        // What lies below /dev is made there, in a file system of its own.
        let place = path.hasPrefix("/dev/") ? path : try root.place(path, isFile: true)
        mounts.append(.init(source: terminationFile, target: place, isReadOnly: false))
        return mounts
    }

    /// A program that is not there is told in the words of a container runtime.
    private func check(_ root: RootFolder, path: String, container: JSONValue) throws(Problem) {
        guard let program = arguments.command.first, !program.isEmpty else {
            throw .start("failed to create containerd task: no command specified")
        }
        let isMounted = arguments.mounts.contains { program.hasPrefix($0.target + "/") }
        guard !isMounted, root.program(program, path: path, folder: arguments.folder) == nil else { return }
        // A PATH may lead into a volume; what is there is seen only inside.
        let leadsIntoVolume = path.split(separator: ":").contains { entry in
            arguments.mounts.contains { (entry + "/").hasPrefix($0.target + "/") }
        }
        if !program.contains("/"), leadsIntoVolume { return }
        throw .start(
            "failed to create containerd task: exec: \"\(program)\": "
                + (program.contains("/")
                    ? "stat \(program): no such file or directory" : "executable file not found in $PATH"))
    }

    /// How it ended, in a status's words.
    func ending(_ end: ContainerProcess.End, started: Timestamp, finished: Timestamp) -> ContainerRun.Ending {
        var message = String(decoding: Folder.read(terminationFile, upTo: 4_096) ?? [], as: UTF8.self)
        if message.isEmpty, showsLogOnError, end.exitCode != 0 {
            message = String(decoding: end.tail.suffix(2_048), as: UTF8.self)
        }
        if let problem = end.startProblem {
            return .init(exitCode: 128, reason: "StartError", message: problem, started: started, finished: finished)
        }
        let reason: String
        switch end.cause {
        case .memory: reason = "OOMKilled"
        case .processes:
            reason = "Error"
            message = "more than \(ContainerProcess.processLimit) processes"
        case .stopped, nil: reason = end.exitCode == 0 ? "Completed" : "Error"
        }
        return .init(
            exitCode: end.exitCode, reason: reason, message: message, started: started, finished: finished)
    }

    /// Its root is of no use any more.
    func discard() { Folder.remove(home) }
}

extension Folder {
    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
