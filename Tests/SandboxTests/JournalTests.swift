// SPDX-License-Identifier: Apache-2.0
import EmbeddedAPIServer
import Glibc
import KubernetesClient
import KubernetesModel
import Sandbox
import Testing

/// Journals that were damaged.
@Suite struct JournalTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/journal-tests.XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
    }

    private func change(_ name: String, revision: Int) throws -> StoredObject {
        let line =
            #"{"revision":\#(revision),"group":"","plural":"configmaps","namespace":"a","name":"\#(name)","object":{}}"#
        return try #require(StoredObject(line: Array(line.utf8)))
    }

    private func append(_ text: String) throws {
        let descriptor = open(folder + "/journal", O_WRONLY | O_APPEND)
        try #require(descriptor >= 0)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    @Test func `a torn last line is left out`() throws {
        try Journal.open(in: folder).journal.write([try change("one", revision: 2)])
        try append(#"{"revision":3,"gro"#)
        #expect(try Journal.open(in: folder).stored.objects.map(\.key.name) == ["one"])
    }

    @Test func `damage before the end is an error, and what was written stays as it is`() throws {
        try Journal.open(in: folder).journal.write([try change("one", revision: 2)])
        try append("damaged\n")
        try append(String(decoding: try change("two", revision: 3).line, as: UTF8.self) + "\n")
        let before = try LocalFile.read(folder + "/journal")
        #expect(throws: SandboxError.self) { _ = try Journal.open(in: folder) }
        #expect(try LocalFile.read(folder + "/journal") == before)
    }
}
