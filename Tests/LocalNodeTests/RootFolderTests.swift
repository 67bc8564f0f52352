// SPDX-License-Identifier: Apache-2.0
import Essentials
import Glibc
import Testing

@testable import LocalNode

/// Roots whose symbolic links want to lead out of them.
@Suite final class RootFolderTests {
    private let home: String
    private var root: RootFolder { RootFolder(path: home + "/root") }

    init() throws {
        var template = Array("/tmp/root-folder-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        home = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Folder.make(home + "/root/bin")
        try Folder.make(home + "/outside")
    }

    deinit { Folder.remove(home) }

    @Test(arguments: ["/outside", "../outside", "../../../../../../outside", "/../outside"])
    func `a link that leads out leads to a place inside`(target: String) throws {
        symlink(target, home + "/root/link")
        #expect(try root.place("/link/below", isFile: false) == "/outside/below")
        #expect(Folder.exists(home + "/root/outside/below"))
        #expect(!Folder.exists(home + "/outside/below"))
    }

    @Test func `a path with dots stays inside`() throws {
        #expect(try root.place("/../../x", isFile: true) == "/x")
        #expect(Folder.exists(home + "/root/x"))
        #expect(!Folder.exists(home + "/x"))
    }

    @Test func `links in a circle are an error`() {
        symlink("b", home + "/root/a")
        symlink("a", home + "/root/b")
        #expect(throws: FileProblem.self) { try root.place("/a", isFile: false) }
    }

    @Test func `a program is found along the path, through links, when it may be run`() throws {
        try Folder.write([], to: home + "/root/bin/tool", mode: 0o755)
        try Folder.write([], to: home + "/root/bin/text", mode: 0o644)
        symlink("/bin/tool", home + "/root/bin/alias")
        #expect(root.program("alias", path: "/none:/bin", folder: "/") == "/bin/alias")
        #expect(root.program("text", path: "/bin", folder: "/") == nil)
        #expect(root.program("/bin/tool", path: "", folder: "/") == "/bin/tool")
        #expect(root.program("../bin/tool", path: "", folder: "/bin") != nil)
        #expect(root.program("sh", path: "/bin", folder: "/") == nil)
    }

    @Test func `what is removed is gone, folders that may not be written included, and what links name is not`() throws
    {
        try Folder.make(home + "/root/closed/in")
        symlink(home + "/outside", home + "/root/closed/link")
        chmod(home + "/root/closed", 0o500)
        Folder.remove(home + "/root")
        #expect(!Folder.exists(home + "/root"))
        #expect(Folder.exists(home + "/outside"))
    }

    @Test func `a process and what it started are counted`() {
        let tree = ProcessTree(below: getpid(), limit: 100)
        #expect(tree.count >= 1)
        #expect(tree.memory > 0)
        #expect(ProcessTree(below: 0x7FFF_FFFF, limit: 100).count == 0)
    }
}
