"""LangChain: a retriever, and a tool that an agent can call."""

from qa.integrations.langchain import ArticleRetriever, article_tool

for document in ArticleRetriever(k=2).invoke("when was the Singapore summit"):
    print(document.metadata["title"], "|", document.page_content[:60])

# An agent calls it as any other tool: create_agent(model, tools=[article_tool()]).
tool = article_tool()
call = {"name": tool.name, "args": {"question": "Who met Kim Yong-chol?"}, "id": "1"}
message = tool.invoke({**call, "type": "tool_call"})
print(message.content)
print("confidence:", message.artifact["confidence"])
